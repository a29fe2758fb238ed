using Appliance.Pkcs11;
using Appliance.Server.Commands;

// A module in a process of its own (Token:Hosting): the appliance starts this, and nobody else; it is no command to list.
return args is ["host-module"]
    ? ModuleHostProcess.Run()
    : await CommandLine.RunAsync(args, new CommandEnvironment());
