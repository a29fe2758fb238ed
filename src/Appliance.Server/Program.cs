using Appliance.Pkcs11;
using Appliance.Server.Commands;

// A process that hosts one library for another of these: nothing of the command line's is loaded, and nobody types it.
return args is ["host-module"]
    ? ModuleHostProcess.Run()
    : await CommandLine.RunAsync(args, new CommandEnvironment());
