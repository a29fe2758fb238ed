using System.Reflection;

namespace Appliance.Pkcs11.Hosting;

/// <summary>What a child process is started with, beside its file descriptors.</summary>
internal static class HostEnvironment
{
    /// <summary>The second line is where known modules look for their configuration; none of it is secret.</summary>
    public static IReadOnlyList<string> Inherited { get; } =
    [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
        "LD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64",
        "SOFTHSM2_CONF", "P11_KIT_SERVER_ADDRESS", "ChrystokiConfigurationPath", "NFAST_HOME", "CS_PKCS11_R2_CFG",
        "CS_PKCS11_R3_CFG", "YUBIHSM_PKCS11_CONF", "TPM2_PKCS11_STORE", "KRYOPTIC_CONF",
    ];

    /// <summary>
    /// A command of this very program, started as it was itself: by its own executable, or by <c>dotnet</c>.
    /// </summary>
    public static IReadOnlyList<string> OwnCommand(string command)
    {
        var program = Environment.ProcessPath ?? "appliance";
        return string.Equals(Path.GetFileNameWithoutExtension(program), "dotnet", StringComparison.Ordinal)
            ? [program, "exec", EntryAssembly(), command]
            : [program, command];
    }

    /// <summary>NAME=VALUE for execve(2).</summary>
    public static List<string> Build(ModuleHostOptions options)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in options.Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                variables[name] = value;
            }
        }

        foreach (var (name, value) in options.Environment)
        {
            variables[name] = value;
        }

        // A small process: no heap per processor, no thread that collects in the background, and never a dump.
        variables.TryAdd("DOTNET_gcServer", "0");
        variables.TryAdd("DOTNET_gcConcurrent", "0");
        variables["DOTNET_DbgEnableMiniDump"] = "0";
        variables["DOTNET_EnableDiagnostics"] = "0";
        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static string EntryAssembly()
    {
        var name = Assembly.GetEntryAssembly()?.GetName().Name ?? "appliance";
        return Path.Combine(AppContext.BaseDirectory, name + ".dll");
    }
}
