import HTTPServer

/// `GET /docs`: a page that shows the OpenAPI document for people. It needs nothing from the network.
enum DocsPage {
    static var response: Response {
        Response(status: 200, contentType: "text/html; charset=utf-8", body: .segment(.fixed(page)))
    }

    private static let page: StaticString = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Prediction API</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}
        table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left;vertical-align:top}
        code,pre{background:#f4f4f4}pre{padding:1em;overflow:auto}</style></head><body>
        <h1>Prediction API</h1><p>The whole description: <a href="/openapi.json">/openapi.json</a></p>
        <h2>Inputs</h2><table><thead><tr><th>name</th><th>type</th><th>default</th><th>description</th></tr></thead>
        <tbody id="inputs"></tbody></table><h2>Output</h2><pre id="output"></pre><h2>Routes</h2><ul id="routes"></ul>
        <script>
        fetch("/openapi.json").then(r=>r.json()).then(d=>{
          const s=(d.components||{}).schemas||{},i=s.Input||s.TrainingInput||{},q=new Set(i.required||[]);
          const cell=(r,t)=>{const c=r.insertCell();c.textContent=t;return c};
          const limits=p=>["minimum","maximum","minLength","maxLength","pattern"].filter(k=>k in p).map(k=>", "+k+" "+p[k]).join("");
          const order=([,a],[,b])=>(a["x-order"]||0)-(b["x-order"]||0);
          for(const [n,p] of Object.entries(i.properties||{}).sort(order)){
            const r=document.getElementById("inputs").insertRow(),ref=(p.allOf||[{}])[0].$ref||"";
            const e=ref?s[ref.split("/").pop()]:null;
            cell(r,n+(q.has(n)?" (required)":""));
            cell(r,e?JSON.stringify(e.enum):(p.type||JSON.stringify(p.anyOf||""))+(p.format?" ("+p.format+")":"")+limits(p));
            cell(r,"default" in p?JSON.stringify(p.default):"");cell(r,p.description||"");
          }
          document.getElementById("output").textContent=JSON.stringify(s.Output||s.TrainingOutput,null,2);
          for(const [p,ms] of Object.entries(d.paths||{}))for(const m of Object.keys(ms)){
            const l=document.createElement("li");l.textContent=m.toUpperCase()+" "+p;
            document.getElementById("routes").append(l)}
        }).catch(()=>{document.getElementById("output").textContent="The document is not available yet."});
        </script></body></html>
        """
}
