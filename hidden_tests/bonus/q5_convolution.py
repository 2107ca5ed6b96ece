"""Hidden tests of Q5: one module for each task, in the folder q5."""

from .q5 import convolve, model, predict

conv_filter = convolve.conv_filter
conv_model = model.conv_model
conv_predict = predict.conv_predict
