// Declarations of functions from elsewhere.
extern "C" {
    fn system(command: *const u8) -> i32;
    #[link_name = "execve"]
    fn innocent(a: *const u8, b: *const u8, c: *const u8) -> i32;
    fn my_own_function(a: i32) -> i32;
}
fn calls() {
    unsafe {
        system(b"x\0".as_ptr()); //= libc::system
        innocent(b"x\0".as_ptr(), std::ptr::null(), std::ptr::null()); //= libc::execve
        my_own_function(1);
    }
}
extern "C" fn getenv(_: *const u8) {}
fn defined_here() {
    getenv(b"x\0".as_ptr());
}
