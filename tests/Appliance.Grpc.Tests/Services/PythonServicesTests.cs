using System.Text.Json;

namespace Appliance.Grpc.Tests.Services;

/// <summary>Health and reflection as a stranger's client sees them: python3-grpcio and python3-protobuf.</summary>
public sealed class PythonServicesTests
{
    /// <summary>
    /// Lists, rebuilds every file in a fresh pool, looks every name up again, then calls a method by what it learnt.
    /// </summary>
    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Reflection_alone_is_enough_to_call_a_method(string package)
    {
        await using var server = await ServicesServer.StartAsync();
        using var script = PythonScript.Start(
            "reflection_client.py",
            server.Address,
            package,
            "appliance.test.shapes.Shapes/Turn",
            """{ "layers": [ { "name": "sky" }, { "name": "sea", "blend": "MULTIPLY" } ] }""");

        var lines = await script.EndAsync();
        Assert.Equal(
            [
                "appliance.test.shapes.Shapes", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ],
            lines[..^1],
            StringComparer.Ordinal);
        var layers = JsonDocument.Parse(lines[^1]).RootElement.GetProperty("layers");
        Assert.Equal("sea", layers[0].GetProperty("name").GetString());
        Assert.Equal("MULTIPLY", layers[0].GetProperty("blend").GetString());
        Assert.Equal("sky", layers[1].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Health_is_checked_and_watched_until_the_server_stops()
    {
        await using var server = await ServicesServer.StartAsync();
        server.Health.Set("a.B", true);
        using var script = PythonScript.Start("health_client.py", server.Address, "a.B");

        Assert.Equal("SERVING", await script.LineAsync());
        Assert.Equal("SERVING", await script.LineAsync());
        server.Health.Set("a.B", false);
        Assert.Equal("NOT_SERVING", await script.LineAsync());
        server.Health.Set("a.B", true);
        Assert.Equal("SERVING", await script.LineAsync());
        await server.StopAsync();
        Assert.Equal(["NOT_SERVING", "UNAVAILABLE"], await script.EndAsync(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_not_known_can_be_watched_until_it_is()
    {
        await using var server = await ServicesServer.StartAsync();
        using var script = PythonScript.Start("health_client.py", server.Address, "a.B");

        Assert.Equal("NOT_FOUND", await script.LineAsync());
        Assert.Equal("SERVICE_UNKNOWN", await script.LineAsync());
        server.Health.Set("a.B", true);
        Assert.Equal("SERVING", await script.LineAsync());
        server.Drain();
        Assert.Equal(["NOT_SERVING", "UNAVAILABLE"], await script.EndAsync(), StringComparer.Ordinal);
    }
}
