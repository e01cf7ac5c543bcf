requires 'Mojolicious', '>= 8.0, < 9.0';
requires 'Mojo::Pg', '4.0';
requires 'IO::Socket::SSL', 2.009;
recommends 'Cpanel::JSON::XS', '4.09';
recommends 'EV', '4.0';
