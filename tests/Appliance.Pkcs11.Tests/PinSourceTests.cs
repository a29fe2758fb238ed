using System.Text;

namespace Appliance.Pkcs11.Tests;

public sealed class PinSourceTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("1234", "1234")]
    [InlineData("1234\n", "1234")]
    [InlineData("1234\r\nignored\n", "1234")]
    [InlineData("päss wörd \n", "päss wörd ")]
    public void A_file_gives_its_first_line(string content, string pin)
    {
        File.WriteAllText(_path, content);
        using var source = PinSource.FromFile(_path);
        using var read = source.Read();
        Assert.Equal(pin, Encoding.UTF8.GetString(read.GetSpan()));
    }

    [Fact]
    public void A_changed_file_is_taken_up()
    {
        using var source = PinSource.FromFile(_path);
        File.WriteAllText(_path, "1111");
        source.Read().Dispose();
        File.WriteAllText(_path, "2222");
        using var read = source.Read();
        Assert.Equal("2222"u8.ToArray(), read.GetSpan().ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n1234")]
    public void An_empty_pin_is_an_error_that_names_the_source(string content)
    {
        File.WriteAllText(_path, content);
        using var source = PinSource.FromFile(_path);
        var error = Assert.Throws<TokenLoginException>(() => source.Read());
        Assert.Equal(TokenLoginFailure.PinMissing, error.Failure);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_or_missing_file_is_an_error()
    {
        File.WriteAllText(_path, new string('1', 256));
        using var large = PinSource.FromFile(_path);
        Assert.Throws<TokenLoginException>(() => large.Read());
        using var missing = PinSource.FromFile("/nowhere/pin");
        Assert.Throws<TokenLoginException>(() => missing.Read());
    }

    [Fact]
    public void A_variable_gives_its_value()
    {
        Environment.SetEnvironmentVariable("APPLIANCE_TESTS_PIN", "4711");
        using var source = PinSource.FromEnvironment("APPLIANCE_TESTS_PIN");
        using var read = source.Read();
        Assert.Equal("4711"u8.ToArray(), read.GetSpan().ToArray());
        using var missing = PinSource.FromEnvironment("APPLIANCE_TESTS_NO_PIN");
        var error = Assert.Throws<TokenLoginException>(() => missing.Read());
        Assert.Contains("APPLIANCE_TESTS_NO_PIN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_pin_is_gone_when_the_source_is_disposed()
    {
        var source = PinSource.FromBytes("1234"u8);
        source.Read().Dispose();
        source.Dispose();
        Assert.Throws<TokenLoginException>(() => source.Read());
    }
}
