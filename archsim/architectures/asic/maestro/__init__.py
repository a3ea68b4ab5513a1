"""The MAESTRO cost model: what one layer costs under one mapping, in closed form.

``layers`` and ``directives`` say what runs and how it is mapped; ``levels`` works out the static
sizes, ``states`` the loop states, ``volumes`` what moves in one case; ``enumerator`` adds the
cases up. ``dla``, ``shi`` and ``rs`` are compiled closed forms of the three templates, ``fast``
applies them to many layers, and ``silicon`` prices the hardware.

The rules are those of the public MAESTRO sources (newest commit, August 2022, "master", and the
commit of 4 February 2020, "feb2020"), artefacts included. ``archsim.architectures.asic.physical``
is the model without them.
"""
