"""One-file HTML pages: tables that work without JavaScript, charts drawn by an inlined plotly.

Needs the extra ``plot``; jinja2 and plotly's script are loaded when the first page is made.
"""
