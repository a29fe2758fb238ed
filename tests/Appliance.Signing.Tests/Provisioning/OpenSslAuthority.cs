using System.Globalization;

namespace Appliance.Signing.Tests.Provisioning;

/// <summary>A stranger's CA, root and intermediate, made by the openssl command.</summary>
internal sealed class OpenSslAuthority : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public OpenSslAuthority()
    {
        OpenSsl.Run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
            "-subj", "/CN=Stranger Root", "-keyout", File("root.key"), "-out", File("root.pem"),
            "-addext", "keyUsage=critical,keyCertSign,cRLSign");
        OpenSsl.Run(
            "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Stranger Issuing CA",
            "-keyout", File("intermediate.key"), "-out", File("intermediate.csr"));
        System.IO.File.WriteAllText(
            File("ca.cnf"), "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
        System.IO.File.WriteAllText(File("leaf.cnf"), "basicConstraints=CA:FALSE\nkeyUsage=critical,nonRepudiation\n");
        Sign("intermediate.csr", "root", "intermediate.pem", "ca.cnf", 1000);
    }

    public string Root => System.IO.File.ReadAllText(File("root.pem"));

    public string Intermediate => System.IO.File.ReadAllText(File("intermediate.pem"));

    public string Issue(string csr, int days = 365)
    {
        Sign(csr, "intermediate", "leaf.pem", "leaf.cnf", days);
        return System.IO.File.ReadAllText(File("leaf.pem"));
    }

    public void Dispose() => _directory.Dispose();

    private string File(string name) => _directory.File(name);

    private void Sign(string csr, string issuer, string output, string extensions, int days) => OpenSsl.Run(
        "x509", "-req", "-in", File(csr), "-CA", File($"{issuer}.pem"), "-CAkey", File($"{issuer}.key"),
        "-CAcreateserial", "-out", File(output), "-extfile", File(extensions),
        "-days", days.ToString(CultureInfo.InvariantCulture));
}
