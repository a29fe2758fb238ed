using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Tests.Commands;

public sealed class CredentialCommandTests
{
    [Fact]
    public async Task A_credential_is_created_with_what_was_asked()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();

        var made = await installation.JsonAsync(
            "credential create --user ioana --algorithm p-384 --years 2 --not-before 2026-01-02T03:04:05Z --scal 1 "
            + "--multisign 500 --description payslips");

        Assert.Equal(("P-384", "enabled"), (made.Text("algorithm"), made.Text("state")));
        Assert.Equal("payslips", made.Text("description"));
        Assert.Equal((1, 500), (made.GetProperty("scal").GetInt32(), made.GetProperty("multisign").GetInt32()));
        using var certificate = X509Certificate2.CreateFromPem(made.Text("certificatePem"));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), certificate.NotBefore.ToUniversalTime());
        Assert.Equal(new DateTime(2028, 1, 2, 3, 4, 5, DateTimeKind.Utc), certificate.NotAfter.ToUniversalTime());
        var table = (await installation.RunAsync("credential list")).Succeeded().Output;
        Assert.Contains(made.Text("id"), table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_csr_is_answered_by_a_stranger_and_imported()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var csr = installation.PathOf("request.pem");
        var made = await installation.JsonAsync($"credential create --user ioana --algorithm RSA-2048 --csr {csr}");
        Assert.Equal("pending", made.Text("state"));

        OpenSsl($"req -in {csr} -verify -noout");
        OpenSsl($"req -x509 -newkey rsa:2048 -nodes -subj /CN=Stranger -days 9 -keyout {csr}.key -out {csr}.ca");
        OpenSsl($"x509 -req -in {csr} -CA {csr}.ca -CAkey {csr}.key -CAcreateserial -days 5 -out {csr}.leaf");
        var chain = installation.PathOf("chain.pem");
        await File.WriteAllTextAsync(
            chain,
            await File.ReadAllTextAsync($"{csr}.ca", TestContext.Current.CancellationToken)
                + await File.ReadAllTextAsync($"{csr}.leaf", TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);

        var imported = await installation.JsonAsync(
            $"credential import --id {made.Text("id")} --certificates {chain}");

        Assert.Equal("enabled", imported.Text("state"));
        Assert.Contains("-----BEGIN CERTIFICATE-----", imported.Text("chainPem"), StringComparison.Ordinal);
        (await installation.RunAsync($"credential import --id {Guid.Empty} --certificates {chain}"))
            .Failed("There is no credential");
    }

    [Theory]
    [InlineData("--algorithm DSA", "no key algorithm", 1)]
    [InlineData("--algorithm P-256 --years 4", "1 to 3 years", 1)]
    [InlineData("--algorithm P-256 --scal 3", "SCAL is 1 or 2", 1)]
    [InlineData("--algorithm P-256 --multisign 0", "Multisign is 1", 1)]
    [InlineData("--algorithm P-256 --not-before yesterday", "is no time", 2)]
    [InlineData("--algorithm P-256 --years many", "many", 2)]
    [InlineData("--algorithm P-256 --csr /nowhere/request.pem", "/nowhere", 1)]
    [InlineData("--years 1", "--algorithm", 2)]
    public async Task A_wrong_order_is_refused(string options, string because, int exitCode)
    {
        using var installation = new Installation();
        await installation.SetUpAsync();

        (await installation.RunAsync($"credential create --user ioana {options}")).Failed(because, exitCode);
        Assert.Equal(0, (await installation.JsonAsync("credential list")).GetArrayLength());
    }

    [Fact]
    public async Task Before_init_the_error_names_init()
    {
        using var installation = new Installation();
        (await installation.RunAsync("signer add --user ioana --name Ioana", "a long enough password")).Succeeded();

        (await installation.RunAsync("credential create --user ioana --algorithm P-256")).Failed("appliance init");
    }

    private static void OpenSsl(string arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments.Split(' '))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
