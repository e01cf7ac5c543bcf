requires 'A';
__END__
requires 'No';
