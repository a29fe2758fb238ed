using Appliance.Pkcs11.Hosting;

namespace Appliance.Pkcs11;

/// <summary>The child of <see cref="Pkcs11Module.Host"/>: the whole of a process that hosts one library.</summary>
public static class ModuleHostProcess
{
    /// <summary>
    /// Serves the process that started this one until it goes, over the file descriptors that it left here. Not to be
    /// called by hand: without them it says so and returns at once.
    /// </summary>
    /// <returns>Exit code of the process.</returns>
    public static int Run() => HostedProcess.Run();
}
