"""One training in several processes: each has its part of a batch, all have the same weights.

The first process leads. It alone has a record, evaluates, and is asked and told by clients; the
others do the steps that it does. What they agree on goes with the gradients: each step is one sum
over all of them, in buckets, and in the last one lie the loss, the rate, and whether it is a step
at all. So a step costs no word more than its gradients, and the first process is bound to nothing:
where it does something else than train on, it voids the step that the others have begun.
"""
