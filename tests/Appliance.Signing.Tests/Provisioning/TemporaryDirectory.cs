using System.Security.Cryptography;

namespace Appliance.Signing.Tests.Provisioning;

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("provisioning-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string WritePem(string name, string label, byte[] der)
    {
        var file = File(name);
        System.IO.File.WriteAllText(file, PemEncoding.WriteString(label, der) + "\n");
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
