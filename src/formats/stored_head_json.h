#pragma once

#include "electra/formats/stored_head.h"
#include "io/json.h"

namespace electra {

/// Adds what config.json says of a head.
void add_head(const StoredHead& head, OrderedJson& json);

}  // namespace electra
