using Appliance.Load.Echo;
using Appliance.Load.Failover;
using Appliance.Load.Flood;
using Appliance.Load.Hosting;
using Appliance.Load.Overload;
using Appliance.Load.Ratio;
using Appliance.Pkcs11;

return args switch
{
    ["echo", ..] => await EchoComparison.RunAsync(args[1..]),
    ["echo-server", ..] => await EchoServer.RunAsync(),
    ["ratio", ..] => await RatioCommand.RunAsync(args[1..]),
    ["flood", ..] => await FloodCommand.RunAsync(args[1..]),
    ["hosting", ..] => await HostingCommand.RunAsync(args[1..]),
    ["host-module"] => ModuleHostProcess.Run(),
    ["overload", ..] => await OverloadCommand.RunAsync(args[1..]),
    ["failover", ..] => await FailoverCommand.RunAsync(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "Usage: Appliance.Load echo [calls in flight] [seconds] | echo-server | ratio DIR [--quick] | "
        + "flood DIR [--quick] | overload DIR lanes|overload ALGORITHM ... | "
        + "failover DIR [--quick] | hosting [--quick]");
    return 2;
}
