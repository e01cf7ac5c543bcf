mirror 'http://darkpan.example.com/';
requires 'My::Private', '== 1.4', mirror => 'http://darkpan.example.com/';
requires 'My::Other', dist => 'L/LO/LOCAL/My-Other-2.tar.gz', mirror => 'http://darkpan.example.com/';
requires 'Plack', '>= 1.0047';
