/// A shell that completes command lines, and the script that makes it ask `cog complete`.
enum CompletionScript: String, CaseIterable, Sendable {
    case bash
    case zsh
    case fish

    /// What is read by the shell at its start.
    var text: String {
        switch self {
        case .bash: Self.bashScript
        case .zsh: Self.zshScript
        case .fish: Self.fishScript
        }
    }

    // What ends in one of these is no whole word, so that no space belongs behind it: *=, *@, */.

    private static let bashScript = #"""
        _cog() {
            local answer program=${1/#\~\//"$HOME"/}
            answer=$(command "$program" complete bash -- "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
            [[ $answer ]] || return
            mapfile -t COMPREPLY <<<"$answer"
            [[ $answer == *[=@/] ]] && compopt -o nospace
            return 0
        }
        complete -F _cog cog
        """#

    private static let zshScript = #"""
        #compdef cog
        _cog() {
            local line
            local -a found whole begun
            found=("${(@f)$(command "${(Q)words[1]}" complete zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
            for line in "${found[@]}"; do
                case "${line%%$'\t'*}" in
                '') ;;
                *[=@/]) begun+=("$line") ;;
                *) whole+=("$line") ;;
                esac
            done
            _cog_add "${#whole}" "${whole[@]}"
            _cog_add "${#begun}" "${begun[@]}" -S ''
        }
        _cog_add() {
            local -a lines=("${@:2:$1}") options=("${@:$(($1 + 2))}")
            local -a texts=("${lines[@]%%$'\t'*}") shown=("${lines[@]/$'\t'/  -- }")
            ((${#texts})) && compadd "${options[@]}" -V cog -l -d shown -a texts
        }
        if [[ "${funcstack[1]}" = _cog ]]; then
            _cog "$@"
        else
            compdef _cog cog
        fi
        """#

    private static let fishScript = #"""
        function __cog_complete
            set -l words (commandline -opc)
            set -l word (commandline -ct)
            set -l plain (string unescape -- $word)
            or set plain $word
            command $words[1] complete fish -- $words[2..] "$plain" 2>/dev/null
        end
        complete -c cog -f -k -a '(__cog_complete)'
        """#
}
