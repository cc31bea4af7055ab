"""A roofline model of one pretraining step on a Hopper GPU, launch by launch.

`python3 benchmarks/step_model` prints it; docs of what it assumes are in constants.py, how a launch
is priced in price.py. peers/compare_profile.py holds it against a profile of the real step.
"""
