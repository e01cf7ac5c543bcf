requires 'A';
if ($^O eq 'MSWin32') {
    requires 'Win32';
} elsif ($^O eq 'darwin') {
    requires 'Mac::SystemDirectory';
} else {
    requires 'Linux::Inotify2';
}
