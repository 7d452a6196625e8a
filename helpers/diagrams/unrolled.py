"""How an LSTM encoder and decoder pass a window on. Lesson 08."""

__all__ = ["unrolled_autoencoder"]


def unrolled_autoencoder():
    """Draw the encoder and the decoder step by step, with shapes."""
    raise NotImplementedError
