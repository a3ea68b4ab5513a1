"""Search: optimisers and learners behind one ask-tell interface, and studies that compare them."""
