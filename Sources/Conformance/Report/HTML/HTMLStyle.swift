/// The page's style: light and dark by the reader's preference, from a phone's width up.
enum HTMLStyle {
    static let text = """
        :root{color-scheme:light dark;--ground:#fff;--soft:#f6f8fa;--line:#d0d7de;--ink:#1f2328;--quiet:#57606a;\
        --link:#0550ae;--passed:#116329;--passed-ground:#dafbe1;--failed:#a40e26;--failed-ground:#ffebe9;\
        --idle:#7d4e00;--idle-ground:#fff4d6;--waived:#6639ba;--waived-ground:#f5edff;--known:#0550ae;\
        --known-ground:#ddf4ff;--broken:#8a1f63;--broken-ground:#ffeaf6;--none:#57606a;--none-ground:#eaeef2}
        @media(prefers-color-scheme:dark){:root{--ground:#0d1117;--soft:#161b22;--line:#3d444d;--ink:#e6edf3;\
        --quiet:#9aa4af;--link:#79b8ff;--passed:#7ee29a;--passed-ground:#0f2d19;--failed:#ff9d97;--failed-ground:#3c1214;\
        --idle:#f0c664;--idle-ground:#33270a;--waived:#cfb1ff;--waived-ground:#2a1d47;--known:#8cc8ff;\
        --known-ground:#0c2a4d;--broken:#ff9ad5;--broken-ground:#3d0f2c;--none:#9aa4af;--none-ground:#21262d}}
        *{box-sizing:border-box}
        html{scroll-behavior:smooth;scroll-padding-top:1rem}
        @media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Noto Sans","Liberation Sans",sans-serif;overflow-wrap:anywhere}
        header.page,main,footer{max-width:78rem;margin:0 auto;padding:0 1.25rem}
        header.page{padding-top:2rem}
        h1{font-size:1.6rem;line-height:1.2;margin:0;font-weight:650}
        h2{font-size:1.25rem;margin:0 0 .75rem;font-weight:650}
        h3{font-size:1rem;margin:0;display:inline;font-weight:650}
        h4{font-size:.8rem;margin:1rem 0 .25rem;color:var(--quiet);font-weight:600}
        a{color:var(--link)}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
        code{font:.875em/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
        .skip{position:absolute;left:-99rem}
        .skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem}
        .headline{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center}
        .outcome{margin:0;padding:.15rem .8rem;border-radius:99rem;font-weight:650}
        .run{color:var(--quiet);margin:.5rem 0 1.25rem}
        .counts{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr));gap:.5rem;margin:0}
        .counts div{border:1px solid var(--line);border-radius:10px;padding:.5rem .75rem;background:var(--soft)}
        .counts dt{font-size:.8rem;color:var(--quiet)}
        .counts dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
        .counts .failed dd{color:var(--failed)}.counts .passed dd{color:var(--passed)}
        .counts .idle dd{color:var(--idle)}.counts .waived dd{color:var(--waived)}
        .counts .known dd{color:var(--known)}.counts .broken dd{color:var(--broken)}
        nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1.25rem 0 0;padding:.6rem 0;\
        border-block:1px solid var(--line)}
        nav a{padding:.2rem 0}
        section{padding:1.75rem 0 .25rem}
        .number{font-size:.85em;font-weight:600;color:var(--quiet);font-variant-numeric:tabular-nums}
        .quiet,.place{color:var(--quiet);font-size:.9rem}
        .good{color:var(--passed)}
        .badge,.chip,.mark,.outcome{background:var(--none-ground);color:var(--none)}
        .passed:is(.badge,.chip,.mark,.outcome){background:var(--passed-ground);color:var(--passed)}
        .failed:is(.badge,.chip,.mark,.outcome){background:var(--failed-ground);color:var(--failed)}
        .idle:is(.badge,.chip,.mark,.outcome){background:var(--idle-ground);color:var(--idle)}
        .waived:is(.badge,.chip,.mark,.outcome){background:var(--waived-ground);color:var(--waived)}
        .known:is(.badge,.chip,.mark,.outcome){background:var(--known-ground);color:var(--known)}
        .broken:is(.badge,.chip,.mark,.outcome){background:var(--broken-ground);color:var(--broken)}
        .badge{display:inline-block;border-radius:99rem;padding:.05rem .6rem;font-size:.8rem;font-weight:600}
        .tools{display:flex;flex-wrap:wrap;gap:.75rem 1.25rem;align-items:end;margin:0 0 .9rem}
        .tools[hidden]{display:none}
        fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.4rem}
        legend{font-size:.8rem;color:var(--quiet);padding:0 0 .25rem}
        .tools>label{font-size:.8rem;color:var(--quiet);display:grid;gap:.25rem}
        .chip{display:inline-flex;gap:.35rem;align-items:center;padding:.3rem .7rem;border-radius:99rem;font-size:.85rem;\
        cursor:pointer;border:2px solid transparent;min-height:2rem}
        .chip:has(:checked){border-color:currentColor;font-weight:650}
        .chip:has(:focus-visible){outline:3px solid var(--link);outline-offset:2px}
        .chip input{position:absolute;opacity:0;width:1px;height:1px}
        .chip span{font-variant-numeric:tabular-nums;font-weight:650}
        select,input[type=search]{font:inherit;font-size:.9rem;color:var(--ink);background:var(--ground);\
        border:1px solid var(--line);border-radius:8px;padding:.35rem .6rem;min-height:2.25rem;max-width:100%}
        .scroll{overflow:auto;border:1px solid var(--line);border-radius:10px}
        .matrix-scroll{max-height:80vh}
        table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem}
        caption{text-align:left;padding:.6rem .75rem;color:var(--quiet);font-size:.85rem;border-bottom:1px solid var(--line)}
        th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
        tbody tr:last-child>*{border-bottom:0}
        thead th{background:var(--soft);font-size:.8rem;color:var(--quiet);font-weight:600;white-space:nowrap}
        thead small{display:block;font-weight:400;font-size:.7rem;line-height:1.25;white-space:normal;min-width:4.5rem;\
        overflow-wrap:break-word}
        abbr{text-decoration:none;cursor:help}
        .matrix thead th:first-child,.matrix tbody th{position:sticky;left:0;background:var(--ground);z-index:1;\
        border-right:1px solid var(--line);min-width:9rem;max-width:18rem}
        .matrix thead th:first-child{background:var(--soft);white-space:normal}
        .matrix thead th:not(:first-child),.matrix td{text-align:center}
        .matrix tbody th{font-weight:600}
        .matrix tbody th span{display:block;font-weight:400;font-size:.8rem;color:var(--quiet)}
        .matrix td{padding:.25rem;vertical-align:middle}
        .matrix.checks thead th:not(:first-child){writing-mode:vertical-rl;transform:rotate(180deg);padding:.6rem .25rem;\
        text-align:left;font-weight:500}
        .mark{display:inline-block;min-width:2.9rem;padding:.15rem .45rem;border-radius:6px;font:inherit;font-size:.85rem;\
        border:0;font-variant-numeric:tabular-nums;white-space:nowrap}
        button.mark{cursor:pointer;min-height:2rem}
        button.mark:hover{box-shadow:inset 0 0 0 2px currentColor}
        button.mark.dim{opacity:.35}
        .legend{display:flex;flex-wrap:wrap;gap:.4rem 1rem;color:var(--quiet);font-size:.85rem;align-items:center}
        .legend .mark{min-width:1.7rem;text-align:center;margin-right:-.6rem}
        .failure,.fixture{border:1px solid var(--line);border-radius:10px;padding:.9rem 1.1rem;margin:0 0 .9rem}
        .failure{border-left:4px solid var(--failed)}
        .failure:target{box-shadow:0 0 0 3px var(--link)}
        summary{cursor:pointer}
        .failure summary>*{margin-right:.5rem}
        .promise{font-size:1.05rem;margin:.6rem 0}
        .where{margin:.25rem 0 .75rem;font-size:.95rem}.where b{color:var(--quiet);font-weight:600;font-size:.8rem}
        .finding{border-top:1px solid var(--line);padding-top:.5rem;margin-top:.5rem}
        .sides{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}
        .sides>div{border-radius:8px;padding:.5rem .75rem;background:var(--passed-ground)}
        .sides>div+div{background:var(--failed-ground)}
        .sides h4{margin:0;color:inherit}.sides p{margin:.1rem 0 0}
        .witness{margin:0;padding:.5rem .75rem .5rem 1.9rem;background:var(--soft);border-radius:8px}
        .parts{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1rem;margin:.9rem 0 0}
        .parts dt{color:var(--quiet);font-size:.85rem;padding-top:.1rem}.parts dd{margin:0}
        .command{background:var(--soft);padding:.2rem .45rem;border-radius:6px}
        .timeline{list-style:none;margin:.25rem 0 0;padding:0 0 0 .4rem}
        .timeline li{position:relative;padding:.16rem 0 .16rem 1.15rem;border-left:2px solid var(--line);font-size:.875rem;\
        display:flex;gap:.6rem}
        .timeline li::before{content:"";position:absolute;left:-6px;top:.62rem;width:10px;height:10px;border-radius:50%;\
        background:var(--none)}
        .timeline .kind{flex:0 0 6rem;color:var(--quiet)}
        .timeline li>span:last-child{font:.95em/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;\
        min-width:0}
        .timeline .request::before,.timeline .statement::before{background:var(--known)}
        .timeline .answer::before{background:var(--ground);border:2px solid var(--known)}
        .timeline .emitted::before,.timeline .taken::before{background:var(--idle)}
        .timeline .committed::before{background:var(--passed);border-radius:2px}
        .timeline .committed>span:last-child{font-weight:650}
        .timeline .ended::before{background:var(--failed);border-radius:2px}
        .earlier{font-size:.9rem;color:var(--quiet)}
        .tags{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem;padding:0;margin:.4rem 0 .75rem}
        .tags li{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:0 .45rem;font-size:.8rem}
        .fixture p{margin:.35rem 0}.fixture details{margin-top:.6rem;font-size:.9rem}
        .list{min-width:36rem}.list tbody th{font-weight:500;min-width:9rem}
        .list .quiet{display:block}
        .numbers td:not(.text){text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .bar{display:block;height:4px;border-radius:2px;background:var(--known);margin-top:.2rem;min-width:1px}
        #unexercised details{border-bottom:1px solid var(--line);padding:.4rem 0}
        .places{font-size:.9rem}.places code{margin-right:.5rem;color:var(--quiet)}
        dialog{border:1px solid var(--line);border-radius:12px;background:var(--ground);color:var(--ink);\
        width:min(46rem,calc(100vw - 1.5rem));max-height:85vh;padding:0}
        dialog::backdrop{background:#0008}
        dialog form{display:flex;justify-content:space-between;gap:1rem;align-items:start;position:sticky;top:0;\
        background:var(--ground);padding:1rem 1.25rem;border-bottom:1px solid var(--line)}
        dialog h2{margin:0;font-size:1.05rem}
        dialog button{font:inherit;background:none;color:inherit;border:1px solid var(--line);border-radius:8px;\
        min-width:2.25rem;min-height:2.25rem;cursor:pointer}
        dialog ul{list-style:none;margin:0;padding:.25rem 1.25rem 1rem}
        dialog li{padding:.6rem 0;border-bottom:1px solid var(--line)}
        dialog li p{margin:.2rem 0 0;font-size:.9rem;color:var(--quiet)}
        footer{padding:2rem 1.25rem;color:var(--quiet);font-size:.85rem}
        @media(max-width:40rem){header.page,main,footer{padding-left:.9rem;padding-right:.9rem}
        .sides{grid-template-columns:1fr}.parts{grid-template-columns:1fr;gap:.1rem}.parts dd{margin-bottom:.5rem}
        .counts{grid-template-columns:repeat(3,1fr)}.counts dd{font-size:1.1rem}
        .matrix thead th:first-child,.matrix tbody th{min-width:7.5rem;max-width:9.5rem}
        .timeline li{display:block}.timeline .kind{display:block}}
        @media print{.tools,nav,.skip{display:none}details{display:block}}
        """
}
