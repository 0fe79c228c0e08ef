module greeter/bench

go 1.24
