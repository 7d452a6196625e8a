"""Who sends gradients to whom in a BiGAN. Lesson 10."""

__all__ = ["pairs_and_gradients"]


def pairs_and_gradients():
    """Draw generator, encoder, the pairs, the discriminator, and the way of each loss."""
    raise NotImplementedError
