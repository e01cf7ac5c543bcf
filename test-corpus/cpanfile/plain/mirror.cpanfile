mirror 'https://cpan.example.com/';
mirror 'http://backpan.perl.org/';
requires 'A';
