"""How an autoencoder hands a row through a narrow place. Lesson 04."""

__all__ = ["encoder_decoder"]


def encoder_decoder():
    """Draw a row, the encoder, the code, the decoder and the rebuilt row."""
    raise NotImplementedError
