"""Environments: a study's design space for agents, one or many."""
