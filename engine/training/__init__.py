"""How a training is done: model, batches, step, metrics, checkpoint, trainer; needs torch."""
