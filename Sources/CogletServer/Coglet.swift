/// The prediction server; `python -m cog.server.http` becomes this program.
@main
enum Coglet {
    static func main() {
    }
}
