#!/bin/sh
# Outputs and gradients on every device against the processor. Apart from the main tests: it builds burn with wgpu
# (minutes) and needs a Vulkan driver; Mesa's runs in software where there is no graphics processor.
#
#     tests/devices.sh              # wgpu
#     tests/devices.sh wgpu,cuda    # both
set -eu
cd "$(dirname "$0")/.."
features=${1:-wgpu}
case ",$features," in *,wgpu,*)
    if ! ls /usr/share/vulkan/icd.d/*.json >/dev/null 2>&1; then
        echo "no Vulkan driver; installing Mesa's" >&2
        apt-get update -qq && apt-get install -y -qq --no-install-recommends mesa-vulkan-drivers libvulkan1
    fi
esac
export ENERGRAPH_REQUIRE_DEVICES=1 XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
exec cargo test --release --no-default-features --features "$features" --test nn_devices -- --nocapture
