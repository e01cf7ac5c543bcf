# still read: Plack Foo::Bar
requires Plack;
requires Foo::Bar, 1;
