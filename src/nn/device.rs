//! Where to compute, chosen at run time.

use std::str::FromStr;

use burn::tensor::{Device, Tensor};

use crate::learn::FrontError;

/// What a user may ask for with `--device`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The best device that this build knows and that works: cuda, then wgpu on a real graphics processor (a
    /// driver in software is slower than `cpu`), then cpu.
    #[default]
    Auto,
    /// The processor, with fused operations.
    Cpu,
    /// A graphics processor through Vulkan, Metal or DirectX (feature `wgpu`).
    Wgpu,
    /// An NVIDIA graphics processor (feature `cuda`).
    Cuda,
}

impl FromStr for DeviceChoice {
    type Err = FrontError;

    fn from_str(s: &str) -> Result<Self, FrontError> {
        match s {
            "auto" => Ok(DeviceChoice::Auto),
            "cpu" => Ok(DeviceChoice::Cpu),
            "wgpu" => Ok(DeviceChoice::Wgpu),
            "cuda" => Ok(DeviceChoice::Cuda),
            _ => Err(FrontError::Device { device: s.into(), why: "unknown; use auto, cpu, wgpu or cuda".into() }),
        }
    }
}

impl std::fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            DeviceChoice::Auto => "auto",
            DeviceChoice::Cpu => "cpu",
            DeviceChoice::Wgpu => "wgpu",
            DeviceChoice::Cuda => "cuda",
        })
    }
}

impl DeviceChoice {
    /// The device itself, tried with a small sum.
    ///
    /// # Errors
    /// [`FrontError::Device`] where this build lacks the device or the machine does. `auto` falls back to the
    /// processor and does not fail.
    ///
    /// ```
    /// use energraph::nn::DeviceChoice;
    /// let choice: DeviceChoice = "cpu".parse()?;
    /// assert!(choice.resolve()?.name().starts_with("cpu"));
    /// # Ok::<(), energraph::learn::FrontError>(())
    /// ```
    pub fn resolve(self) -> Result<ComputeDevice, FrontError> {
        match self {
            DeviceChoice::Auto => Ok(cuda().or_else(|_| graphics()).unwrap_or_else(|_| ComputeDevice::cpu())),
            DeviceChoice::Cpu => Ok(ComputeDevice::cpu()),
            DeviceChoice::Wgpu => wgpu(),
            DeviceChoice::Cuda => cuda(),
        }
    }
}

/// A device that works.
#[derive(Debug, Clone)]
pub struct ComputeDevice {
    name: String,
    device: Device,
    fused: bool,
}

impl ComputeDevice {
    /// The processor, with fused operations.
    pub fn cpu() -> Self {
        ComputeDevice { name: "cpu".into(), device: Device::flex(), fused: true }
    }

    /// The same device with burn's own operations only, to compare with.
    pub fn stock(self) -> Self {
        let name = if self.fused { format!("{} (stock operations)", self.name) } else { self.name };
        ComputeDevice { name, device: self.device, fused: false }
    }

    /// What to call it in a report.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether blocks run as fused operations.
    pub fn is_fused(&self) -> bool {
        self.fused
    }

    /// The device for inference.
    pub(crate) fn burn(&self) -> Device {
        self.device.clone()
    }
}

#[cfg(feature = "wgpu")]
fn wgpu() -> Result<ComputeDevice, FrontError> {
    attempt("wgpu", || Device::wgpu(burn::tensor::DeviceKind::DefaultDevice))
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Result<ComputeDevice, FrontError> {
    Err(absent("wgpu"))
}

/// A graphics processor, never a driver in software.
#[cfg(feature = "wgpu")]
fn graphics() -> Result<ComputeDevice, FrontError> {
    use burn::tensor::DeviceKind::{DiscreteGpu, IntegratedGpu};
    let of = |kind| attempt("wgpu", move || Device::wgpu(kind));
    of(DiscreteGpu(0)).or_else(|_| of(IntegratedGpu(0)))
}

#[cfg(not(feature = "wgpu"))]
fn graphics() -> Result<ComputeDevice, FrontError> {
    wgpu()
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<ComputeDevice, FrontError> {
    attempt("cuda", || Device::cuda(0_usize))
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<ComputeDevice, FrontError> {
    Err(absent("cuda"))
}

#[cfg(not(all(feature = "wgpu", feature = "cuda")))]
fn absent(name: &str) -> FrontError {
    let why = format!("this build has no {name}; build with `--features {name}`");
    FrontError::Device { device: name.into(), why }
}

/// Tries a device with a sum. The backends answer a missing driver with a panic, which is caught here; the panic hook
/// is silent meanwhile.
#[cfg_attr(not(any(feature = "wgpu", feature = "cuda")), allow(dead_code))]
fn attempt(name: &str, make: impl FnOnce() -> Device + std::panic::UnwindSafe) -> Result<ComputeDevice, FrontError> {
    let fail = |why: String| FrontError::Device { device: name.into(), why };
    // One at a time: two that exchange hooks crosswise would leave the silent one behind.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let tried = std::panic::catch_unwind(|| {
        let device = make();
        let sum = Tensor::<1>::from_floats([1.0, 2.0, 3.0], &device).sum();
        (device, sum.into_data().try_to_vec::<f32>())
    });
    std::panic::set_hook(hook);
    drop(turn);
    match tried {
        Ok((device, Ok(sum))) if sum == [6.0] => Ok(ComputeDevice { name: name.into(), device, fused: false }),
        Ok((_, sum)) => Err(fail(format!("1 + 2 + 3 gave {sum:?}"))),
        Err(panic) => Err(fail(message(panic.as_ref()))),
    }
}

#[cfg_attr(not(any(feature = "wgpu", feature = "cuda")), allow(dead_code))]
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the backend gave up without a reason").lines().next().unwrap_or_default().to_owned()
}
