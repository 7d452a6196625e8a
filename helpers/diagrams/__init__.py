"""Drawings of ideas, one for each lesson that has one, shown before its first equation."""

from helpers.diagrams.bigan import pairs_and_gradients
from helpers.diagrams.encoder_decoder import encoder_decoder, one_row
from helpers.diagrams.gan import forgery_maps, who_teaches_whom
from helpers.diagrams.lstm_cell import lstm_cell
from helpers.diagrams.masking import stretching_ruler
from helpers.diagrams.pixels import ways_to_see
from helpers.diagrams.rebuilt import beside_rebuild
from helpers.diagrams.splits import four_parts
from helpers.diagrams.unrolled import unrolled_autoencoder

__all__ = [
    "beside_rebuild",
    "encoder_decoder",
    "forgery_maps",
    "four_parts",
    "lstm_cell",
    "one_row",
    "pairs_and_gradients",
    "stretching_ruler",
    "unrolled_autoencoder",
    "ways_to_see",
    "who_teaches_whom",
]
