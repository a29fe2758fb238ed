using Appliance.Grpc.Services;
using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Protos.Shapes;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Tests.Services;

public sealed class ReflectionTablesTests
{
    private static readonly ServiceDescriptor s_shapes = ShapesReflection.Descriptor.Services[0];
    private static readonly ServiceDescriptor s_behaviours = TestReflection.Descriptor.Services[0];

    private readonly ReflectionTables _tables = new([s_shapes, s_behaviours, s_shapes]);

    [Fact]
    public void Services_are_listed_once_and_in_order()
        => Assert.Equal(["appliance.test.Behaviours", "appliance.test.shapes.Shapes"], _tables.ServiceNames);

    [Theory]
    [InlineData("Shapes")]
    [InlineData("Shapes.Turn")]
    [InlineData("Drawing")]
    [InlineData("Drawing.layers")]
    [InlineData("Drawing.size")]
    [InlineData("Drawing.pixels")]
    [InlineData("Drawing.ByNameEntry")]
    [InlineData("Drawing.ByNameEntry.value")]
    [InlineData("Drawing.Layer")]
    [InlineData("Drawing.Layer.name")]
    [InlineData("Drawing.Layer.layer")]
    [InlineData("Drawing.Layer.Blend")]
    [InlineData("Drawing.Layer.MULTIPLY")]
    [InlineData("Drawing.Layer.Blend.MULTIPLY")]
    [InlineData("Colour")]
    [InlineData("GREEN")]
    [InlineData("Colour.GREEN")]
    [InlineData("remark")]
    public void Every_kind_of_name_leads_to_its_file(string name)
        => Assert.Equal("shapes.proto", NameOf(_tables.FileContaining("appliance.test.shapes." + name)));

    [Theory]
    [InlineData("appliance.test.shapes.Extensible", "shapes_base.proto")]
    [InlineData("appliance.test.TestRequest.payload", "test.proto")]
    [InlineData("google.protobuf.Api", "google/protobuf/api.proto")]
    [InlineData("google.protobuf.Option.value", "google/protobuf/type.proto")]
    [InlineData("google.protobuf.Any", "google/protobuf/any.proto")]
    public void Names_of_imported_files_are_known_too(string name, string file)
        => Assert.Equal(file, NameOf(_tables.FileContaining(name)));

    [Theory]
    [InlineData("")]
    [InlineData("appliance.test.shapes")]
    [InlineData(".appliance.test.shapes.Shapes")]
    [InlineData("appliance.test.shapes.shapes")]
    [InlineData("appliance.test.shapes.Shapes.")]
    [InlineData("/appliance.test.shapes.Shapes/Turn")]
    [InlineData("csc.v2.Service")]
    public void Other_names_lead_nowhere(string name) => Assert.Null(_tables.FileContaining(name));

    [Fact]
    public void A_file_brings_all_that_it_imports_the_nearer_first()
    {
        var file = _tables.FileByName("shapes.proto");
        Assert.NotNull(file);
        Assert.Equal(
            [
                "shapes_base.proto", "google/protobuf/api.proto", "google/protobuf/source_context.proto",
                "google/protobuf/type.proto", "google/protobuf/any.proto",
            ],
            file.Imports.Select(NameOf),
            StringComparer.Ordinal);
        Assert.Empty(_tables.FileByName("test.proto")!.Imports);
        Assert.Equal(7, _tables.FileCount);
        Assert.Null(_tables.FileByName("Shapes.proto"));
        Assert.Null(_tables.FileByName("/etc/passwd"));
    }

    [Fact]
    public void A_file_is_what_protoc_compiled()
        => Assert.Equal(ShapesReflection.Descriptor.SerializedData, _tables.FileByName("shapes.proto")!.Content);

    [Fact]
    public void Extensions_are_found_by_the_message_and_their_number()
    {
        const string Extended = "appliance.test.shapes.Extensible";
        Assert.Equal([120, 150], _tables.ExtensionNumbersOf(Extended));
        Assert.Equal("shapes.proto", NameOf(_tables.FileContaining(Extended, 120)));
        Assert.Equal("shapes.proto", NameOf(_tables.FileContaining(Extended, 150)));
        Assert.Null(_tables.FileContaining(Extended, 121));
        Assert.Null(_tables.FileContaining("appliance.test.shapes.Drawing", 1));
    }

    [Fact]
    public void A_message_without_extensions_has_none_and_an_unknown_message_is_told_apart()
    {
        Assert.Equal([], _tables.ExtensionNumbersOf("appliance.test.shapes.Drawing"));
        Assert.Equal([], _tables.ExtensionNumbersOf("google.protobuf.Any"));
        Assert.Null(_tables.ExtensionNumbersOf("appliance.test.shapes.Colour"));
        Assert.Null(_tables.ExtensionNumbersOf("appliance.test.shapes.Missing"));
    }

    private static string? NameOf(ReflectionFile? file)
        => file is null ? null : FileDescriptorProto.Parser.ParseFrom(file.Content).Name;
}
