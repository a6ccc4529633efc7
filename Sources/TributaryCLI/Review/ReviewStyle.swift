/// How a review's page looks, light and dark, on a desk and on a phone.
enum ReviewStyle {
    static let text = """
        :root{--g:#fff;--r:#f4f6f9;--i:#1b2430;--q:#566172;--l:#d6dce4;--bad:#a3231b;--warning:#7a5200;--person:#1f5fa8;\
        --good:#1a6b3c}
        @media(prefers-color-scheme:dark){:root{--g:#12171e;--r:#1b222c;--i:#e6ebf2;--q:#a3afbf;--l:#38424f;--bad:#ff9a90;\
        --warning:#f0c26a;--person:#7fb2ec;--good:#7fd6a2}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--g);color:var(--i);font:16px/1.5 system-ui,sans-serif}
        main{max-width:64rem;margin:0 auto;padding:1rem}
        article+article{border-top:3px solid var(--l);margin-top:2rem}
        h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.75rem 0 .5rem;padding-bottom:.25rem;\
        border-bottom:1px solid var(--l)}
        .summary{color:var(--q);margin:0 0 1rem}
        ul{list-style:none;padding:0;margin:0}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.75rem}
        .tiles li{display:block;background:var(--r);border-radius:8px;padding:.6rem .8rem;border-left:4px solid var(--q)}
        .tiles strong{display:block;font-size:1.4rem;line-height:1.2}
        section li{display:grid;grid-template-columns:1.5rem minmax(0,1fr);padding:.35rem 0}
        section li div{overflow-wrap:anywhere}
        code{font:.88em ui-monospace,monospace;background:var(--r);padding:.05em .3em;border-radius:4px}
        pre{font:.82rem/1.45 ui-monospace,monospace;background:var(--r);padding:.5rem .7rem;border-radius:6px;margin:.3rem 0 0;\
        white-space:pre-wrap;overflow-wrap:anywhere}
        summary{color:var(--q);cursor:pointer;padding:.25rem 0}
        :focus-visible{outline:3px solid var(--person);outline-offset:2px}
        .level{font-weight:600}.mark{font-weight:700}
        .tiles .bad{border-color:var(--bad)}.tiles .warning{border-color:var(--warning)}
        .tiles .person{border-color:var(--person)}.tiles .good{border-color:var(--good)}
        .bad .level,.bad .mark,.tiles .bad strong{color:var(--bad)}
        .warning .level,.warning .mark,.tiles .warning strong{color:var(--warning)}
        .person .level,.person .mark,.tiles .person strong{color:var(--person)}
        .good .level,.good .mark,.tiles .good strong{color:var(--good)}
        """
}
