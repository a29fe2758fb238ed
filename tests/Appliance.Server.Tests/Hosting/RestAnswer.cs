using System.Net.Http.Headers;
using System.Text.Json;

namespace Appliance.Server.Tests.Hosting;

/// <summary>What came back over REST, as raw text.</summary>
internal sealed record RestAnswer(int Status, string Text, HttpResponseHeaders Headers, MediaTypeHeaderValue? Type)
{
    public JsonElement Json
    {
        get
        {
            Assert.True(Status == 200, $"{Status}: {Text}");
            Assert.Equal("application/json", Type!.ToString());
            return JsonDocument.Parse(Text).RootElement;
        }
    }

    public string Error => JsonDocument.Parse(Text).RootElement.GetProperty("error").GetString()!;

    public string Description => JsonDocument.Parse(Text).RootElement.GetProperty("error_description").GetString()!;

    /// <summary>Refused so and not otherwise.</summary>
    public void Refused(int status, string error, string description)
    {
        Assert.Equal($"{status} {error}: {description}", $"{Status} {Error}: {Description}");
        Assert.Equal("application/json", Type!.ToString());
    }
}
