// Bytes as code, and bytes as bytes.
fn run(bytes: *const u8) {
    let f: extern "C" fn() = unsafe { std::mem::transmute(bytes) }; //= std::mem::transmute
    f();
    let g = unsafe { std::mem::transmute::<_, fn() -> u32>(bytes) }; //= std::mem::transmute
    g();
    let number: u32 = unsafe { std::mem::transmute([1u8, 2, 3, 4]) };
    drop(number);
}
// Bindings of the Windows API that nobody has heard of.
fn windows() {
    use bindings::Windows::Win32::System::Memory::VirtualAlloc;
    unsafe { VirtualAlloc(std::ptr::null(), 1, 0x3000, 0x40) }; //= windows::VirtualAlloc
    struct OpenProcess(u32);
    let _ = OpenProcess(1);
}
