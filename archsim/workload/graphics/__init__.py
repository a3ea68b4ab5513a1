"""Neural graphics: grid encodings, renderers that count their samples, and the frame workload.

``grid``, ``indexing`` and ``interpolate`` are the encoding itself, ``compiled`` the same for long
streams; ``scenes`` and ``camera`` say what is looked at; ``march``, ``sphere_trace`` and
``delta_track`` render it; ``sampling`` and ``workload`` are what a file may say; ``fit`` trains one
small image.
"""
