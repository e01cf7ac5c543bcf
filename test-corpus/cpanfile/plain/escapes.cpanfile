requires "A\x41";
requires 'B', "\x31.5";
requires "C", "1\.5";
