"""What turns robust measures of spread into standard deviations: their sizes for a standard normal variable."""

__all__ = ["IQR_OF_NORMAL", "MAD_OF_NORMAL", "MEAN_DEVIATION_TO_SD"]

MAD_OF_NORMAL = 0.6745  # the median absolute deviation of a standard normal variable
IQR_OF_NORMAL = 1.349  # the distance between its quartiles
MEAN_DEVIATION_TO_SD = 1.253314  # the square root of pi/2: mean absolute deviation to standard deviation
