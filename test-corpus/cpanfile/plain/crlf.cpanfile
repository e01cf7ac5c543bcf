requires 'A', '1';
on test => sub {
    requires 'B';
};

=pod

requires 'No';

=cut

requires 'C';
