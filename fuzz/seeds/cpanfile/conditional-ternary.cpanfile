requires $^O eq 'MSWin32' ? 'Win32::File' : 'File::Stat';
$] > 5 ? requires('A') : requires('B');
