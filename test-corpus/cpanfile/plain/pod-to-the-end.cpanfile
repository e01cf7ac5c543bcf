requires 'A';

=head1 NAME

requires 'No';
