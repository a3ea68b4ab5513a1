"""GPU cards: kernel times from physics, corrected by a small learned residual where one ships."""
