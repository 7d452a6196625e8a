"""Who sends gradients to whom in a GAN. Lesson 09."""

__all__ = ["who_teaches_whom"]


def who_teaches_whom():
    """Draw noise, generator, discriminator and data, and the way of each loss."""
    raise NotImplementedError
