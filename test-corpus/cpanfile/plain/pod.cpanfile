requires 'A';

=pod

requires 'No';

=cut

requires 'B';

=head1 More

  requires 'No2';

=over

=item on test => sub { requires 'No3' };

=back

=cut
requires 'C';
