#pragma once
// Datasets, pipelines and readers.

#include "gradtape/data/dataset.h"
#include "gradtape/data/idx.h"
#include "gradtape/data/mnist.h"
