"""The search methods, one file each; ``archsim.search.registry`` knows them by name."""
