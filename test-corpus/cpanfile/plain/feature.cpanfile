feature 'sqlite', 'SQLite support' => sub {
    requires 'DBD::SQLite', '1.50';
};
feature 'pg' => sub { recommends 'DBD::Pg' };
requires 'DBI';
