namespace Appliance.Tests.Shared.Misbehaving;

/// <summary>Where load/module/build.sh puts the module that forwards, notes and misbehaves.</summary>
internal static class NativeModule
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var module = System.IO.Path.Combine(folder.FullName, "native", "misbehave.so");
            if (File.Exists(module))
            {
                return module;
            }
        }

        throw new InvalidOperationException("There is no artifacts/native/misbehave.so; run load/module/build.sh.");
    }
}
