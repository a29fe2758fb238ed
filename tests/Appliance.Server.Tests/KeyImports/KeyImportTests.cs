using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.KeyImports;

/// <summary>`credential import` of keys that a token has: what is found, what is proven, what is refused.</summary>
public sealed class KeyImportTests : IDisposable
{
    private readonly Installation _installation = new();
    private readonly ForeignToken _token;

    public KeyImportTests() => _token = new ForeignToken(_installation);

    [Fact]
    public async Task A_key_is_found_by_id_label_or_certificate_and_adopted_once()
    {
        await _installation.SetUpAsync();
        _token.MakeKey("EC:prime256v1", "a1", "by id");
        _token.MakeKey("EC:prime256v1", "a2", "by label");
        _token.MakeKey("EC:prime256v1", "a3", "by certificate");
        _token.WriteCertificate(_token.Certify(_token.PublicKey("a1")), "a1", "leaf");
        _token.WriteCertificate(_token.Authority, "ca", "authority");
        _token.WriteCertificate(_token.Certify(_token.PublicKey("a2")), "f2", "under another id");
        var pem = _token.WritePem(_token.Certify(_token.PublicKey("a3")), "a3.pem");

        foreach (var key in new[] { "--key-id A1 --factors pin,totp", "--label=by~label", $"--certificates {pem}" })
        {
            string[] arguments = [.. $"credential import --user ioana --multisign 7 {key} --json".Split(' ')
                .Select(part => part.Replace('~', ' '))];
            var adopted = (await _installation.RunAsync(arguments)).Json();
            Assert.Equal("adopted", adopted.Text("status"));
            Assert.Equal("P-256", adopted.Text("algorithm"));
            var again = (await _installation.RunAsync(arguments)).Json();
            Assert.Equal("present", again.Text("status"));
            Assert.Equal(adopted.Text("id"), again.Text("id"));
        }

        var list = await _installation.JsonAsync("credential list");
        Assert.Equal(3, list.GetArrayLength());
        Assert.Equal("totp,pin", list[0].Text("factors"));
        Assert.Equal(7, list[0].GetProperty("multisign").GetInt32());

        // The token's own chain was put together by name and key.
        Assert.Equal(2, list[0].Text("chainPem").Split("-----BEGIN").Length - 1);
        var trail = (await _installation.RunAsync("audit show --event credential.imported --json")).Json();
        Assert.Equal(3, trail.GetArrayLength());
    }

    [Fact]
    public async Task What_there_is_is_told_and_a_dry_run_changes_nothing()
    {
        await _installation.SetUpAsync();
        _token.MakeKey("EC:prime256v1", "b1", "good");
        _token.WriteCertificate(_token.Certify(_token.PublicKey("b1"), "CN=Payroll"), "b1", "leaf");
        _token.MakeKey("EC:secp384r1", "b2", "without certificate");
        _token.MakeKey("EC:prime256v1", "b3", "leaves", "--extractable");

        Assert.Equal(
            "possible",
            (await _installation.JsonAsync("credential import --user ioana --key-id b1 --dry-run")).Text("status"));
        Assert.Equal(0, (await _installation.JsonAsync("credential list")).GetArrayLength());
        var free = (await _installation.JsonAsync("credential import --list")).EnumerateArray()
            .ToDictionary(key => key.Text("label"), StringComparer.Ordinal);
        Assert.Equal("CN=Payroll", free["good"].Text("subject"));
        Assert.Equal(JsonValueKind.Null, free["good"].GetProperty("obstacle").ValueKind);
        Assert.Contains("no certificate", free["without certificate"].Text("obstacle"), StringComparison.Ordinal);
        Assert.Contains("may leave", free["leaves"].Text("obstacle"), StringComparison.Ordinal);
        Assert.Contains("own keys", free["appliance demo CA"].Text("obstacle"), StringComparison.Ordinal);

        (await _installation.RunAsync("credential import --user ioana --key-id b1")).Succeeded();
        var left = (await _installation.RunAsync("credential import --list")).Succeeded().Output;
        Assert.DoesNotContain("Payroll", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_should_not_sign_is_refused()
    {
        await _installation.SetUpAsync();
        (await _installation.RunAsync("signer add --user mihai --name Mihai", "a long enough password")).Succeeded();
        _token.MakeKey("EC:prime256v1", "c1", "first");
        _token.MakeKey("EC:prime256v1", "c2", "second");
        _token.MakeKey("EC:prime256v1", "c3", "leaves", "--extractable");
        _token.MakeDecryptionKey("c4", "decrypts");
        _token.MakeKey("rsa:1024", "c5", "weak");
        _token.MakeKey("EC:secp256k1", "c6", "other curve");
        _token.MakeKey("EC:prime256v1", "c7", "half");
        _token.MakeKey("EC:prime256v1", "c8", "tsa night");
        var first = _token.PublicKey("c1");
        var second = _token.PublicKey("c2");
        var good = _token.WritePem(_token.Certify(first), "good.pem");
        var wrong = _token.WritePem(_token.Certify(second), "wrong.pem");

        await RefusedAsync($"--key-id c1 --certificates {wrong}", "None of the certificates is for this key");
        await RefusedAsync("--key-id c1", "no certificate");
        await RefusedAsync("--key-id ff", "no such private key");
        await RefusedAsync("--key-id xx", "no CKA_ID");
        await RefusedAsync("--label third", "no such private key");
        await RefusedAsync($"--label first --key-id c2 --certificates {good}", "no such private key");
        await RefusedAsync($"--key-id c3 --certificates {good}", "may leave the token");
        await RefusedAsync($"--key-id c4 --certificates {good}", "not for signing");
        await RefusedAsync($"--key-id c1 --certificates {good} --scal 3", "SCAL");
        await RefusedAsync($"--key-id c1 --certificates {good} --factors none", "Only an organisation");
        await RefusedAsync($"--key-id c1 --certificates {good} --package 0", "A package has");
        await RefusedAsync($"--key-id c1 --certificates {good} --kind employee", "no profile of kind");
        await RefusedAsync($"--key-id c5 --certificates {CertifyWithOpenSsl("c5", "-sha256")}", "too weak");
        await RefusedAsync($"--key-id c1 --certificates {CertifyWithOpenSsl("c1", "-sha1")}", "too weak");
        var stamps = CertifyWithOpenSsl("c1", "-sha256", "extendedKeyUsage=critical,timeStamping");
        await RefusedAsync($"--key-id c1 --certificates {stamps}", "for time stamps");
        var night = CertifyWithOpenSsl("c8", "-sha256");
        await RefusedAsync($"--key-id c8 --certificates {night}", "time-stamping unit's");
        await RefusedAsync(
            $"--key-id c1 --certificates {_token.WritePem(_token.Certify(first, isAuthority: true), "ca.pem")}",
            "one of a CA");

        // No public key object: the certificate says what the key should be, and the signature that it is not.
        _token.RemovePublicKey("c7");
        await RefusedAsync($"--key-id c7 --certificates {good}", "does not verify");
        Assert.Equal(0, (await _installation.JsonAsync("credential list")).GetArrayLength());

        (await _installation.RunAsync($"credential import --user ioana --key-id c1 --certificates {good}")).Succeeded();
        (await _installation.RunAsync($"credential import --user mihai --key-id c1 --certificates {good}"))
            .Failed("another signer's");
        var leaves = _token.WritePem(_token.Certify(_token.PublicKey("c3")), "leaves.pem");
        var taken = await _installation.JsonAsync(
            $"credential import --user ioana --key-id c3 --certificates {leaves} --allow-extractable");
        (await _installation.RunAsync($"credential revoke --id {taken.Text("id")}")).Succeeded();
        await RefusedAsync($"--key-id c3 --certificates {leaves} --allow-extractable", "is revoked");
    }

    [Fact]
    public async Task An_expired_certificate_needs_a_word_of_its_own()
    {
        await _installation.SetUpAsync();
        _token.MakeKey("rsa:2048", "d1", "old");
        var pem = _token.WritePem(_token.Certify(_token.PublicKey("d1"), years: -1), "old.pem");

        await RefusedAsync($"--key-id d1 --certificates {pem}", "expired at");
        var adopted = await _installation.JsonAsync(
            $"credential import --user ioana --key-id d1 --certificates {pem} --allow-expired");
        Assert.True(adopted.GetProperty("notAfter").GetDateTimeOffset() < TimeProvider.System.GetUtcNow());

        // Renewed as any other.
        var renewed = _token.WritePem(_token.Certify(_token.PublicKey("d1")), "new.pem");
        (await _installation.RunAsync($"credential import --id {adopted.Text("id")} --certificates {renewed}"))
            .Succeeded();
    }

    [Fact]
    public async Task A_seal_of_an_organisation_may_ask_for_nothing_and_draw_on_a_package()
    {
        (await _installation.RunAsync("init")).Succeeded();
        (await _installation.RunAsync(
            "signer add --user acme --name Acme --kind organisation", "a long enough password")).Succeeded();
        _token.MakeKey("EC:prime256v1", "e1", "seal");
        var pem = _token.WritePem(_token.Certify(_token.PublicKey("e1"), "CN=Acme"), "seal.pem");

        var adopted = await _installation.JsonAsync(
            "credential import --user acme --kind organisation --label seal --factors none --multisign 1000 "
            + $"--package 500 --certificates {pem}");

        var row = (await _installation.JsonAsync("credential list"))[0];
        Assert.Equal(adopted.Text("id"), row.Text("id"));
        Assert.Equal(("none", "seal"), (row.Text("factors"), row.Text("extension")));
        Assert.True(row.GetProperty("metered").GetBoolean());
    }

    [Theory]
    [InlineData("")]
    [InlineData("--user ioana")]
    [InlineData("--label x")]
    [InlineData("--id 11111111-1111-1111-1111-111111111111")]
    [InlineData("--id 11111111-1111-1111-1111-111111111111 --certificates /x --list")]
    [InlineData("--list --label x")]
    [InlineData("--file /x --label x")]
    public async Task One_thing_at_a_time(string options)
        => Assert.Equal(
            2,
            (await _installation.RunAsync(
                ["credential", "import", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).ExitCode);

    public void Dispose()
    {
        _token.Dispose();
        _installation.Dispose();
    }

    private async Task RefusedAsync(string options, string because)
        => (await _installation.RunAsync($"credential import --user ioana {options}")).Failed(because);

    /// <summary>What those of the test's CA cannot be: signed with SHA-1, for a weak key, for stamps.</summary>
    private string CertifyWithOpenSsl(string id, string hash, string extension = "")
    {
        var name = _installation.PathOf(id + hash + extension.Length);
        File.WriteAllText(name + ".ext", extension);
        File.WriteAllText(name + ".pub", PemEncoding.WriteString("PUBLIC KEY", _token.PublicKey(id)));
        OpenSsl($"req -x509 -newkey rsa:2048 -nodes -subj /CN=Old -days 9 -keyout {name}.key -out {name}.ca");
        OpenSsl($"x509 -new -force_pubkey {name}.pub -subj /CN=x {hash} -days 5 -CA {name}.ca -CAkey {name}.key "
            + $"-extfile {name}.ext -out {name}.pem");
        return name + ".pem";
    }

    private static void OpenSsl(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments.Split(' '))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
